/** Where problems are shown and how one gets there. */
import type { Content, Problem } from '$lib/backend/types';
import { t, word } from '$lib/i18n/i18n.svelte';
import type { Editor } from './editor.svelte';

/** Id of the element of a place in the content. */
export function anchorOf(place: string): string {
  return `at-${place}`;
}

/** What is wrong at exactly this place; nothing where it was not asked for, so that an empty form is no reproach. */
export function wrongAt(editor: Editor, place: string): string | undefined {
  if (!editor.asked.has(place)) return undefined;
  const found = editor.problems.find((problem) => problem.place === place);
  return found && sentenceOfProblem(found);
}

/** The sentence of a problem. */
export function sentenceOfProblem(problem: Problem): string {
  return word('problem', problem.code, { about: problem.about });
}

/** The words for a place: "Work done", "Line 3". */
export function nameOfPlace(place: string, content: Content): string {
  const [first = '', second = ''] = place.split('.');
  switch (first) {
    case 'fields':
      return word('field', second);
    case 'signers':
      return word('slot', second);
    case 'customer':
      return t('editor.customer');
    case 'supplier':
      return t('settings.firm');
    case 'technician':
      return word('slot', 'technician');
    case 'currency':
    case 'origin':
    case 'remark':
      return t(`place.${first}`);
    case 'site':
      return t('editor.site');
    case 'language':
      return t('editor.language');
    case 'show_prices':
      return t('lines.show_prices');
    case 'checklist':
      return content.checklist[Number(second)]?.text || word('section', first);
    case 'accessories':
      return content.accessories[Number(second)]?.name || word('section', first);
    default:
      return second === '' ? word('section', first) : `${word('section', first)} ${Number(second) + 1}`;
  }
}

/** Goes to the element of a place, or of the nearest place around it, and puts the caret there. */
export function jumpTo(place: string): void {
  const parts = place.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const element = document.getElementById(anchorOf(parts.slice(0, length).join('.')));
    if (!element) continue;
    element.closest('details')?.setAttribute('open', '');
    element.scrollIntoView({ block: 'center' });
    const control = element.matches('input, select, textarea, button')
      ? element
      : element.querySelector<HTMLElement>('input, select, textarea, button');
    // A sentence has no control: it is read out itself.
    ((control ?? element) as HTMLElement).focus({ preventScroll: true });
    return;
  }
}
