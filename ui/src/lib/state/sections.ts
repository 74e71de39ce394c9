/** What of a kind is on the form just now. The core decides what is missing; this only counts for the eye. */
import type { Content, FieldPolicy, Section } from '$lib/backend/types';

/** Whether a field is shown: not hidden, and its condition met. */
export function applies(field: FieldPolicy, content: Content): boolean {
  return field.need !== 'hidden' && (field.when === null || content.fields[field.when.field] === field.when.is);
}

/** Fields of a section that are shown. */
export function fieldsOf(section: Section, content: Content): FieldPolicy[] {
  return section.fields.filter((field) => applies(field, content));
}

/** How many required fields of a section are filled. */
export function progressOf(section: Section, content: Content): { done: number; of: number } {
  const required = fieldsOf(section, content).filter((field) => field.need === 'required');
  const done = required.filter((field) => (content.fields[field.key] ?? '').trim() !== '');
  return { done: done.length, of: required.length };
}
