/** Stretches of work, travel and breaks: reading times, the day after midnight, minutes in words of a clock. */
import type { WorkTime } from '$lib/backend/types';
import { zone } from './defaults';

/** Reads a time of day typed by a person ("9", "930", "9.30", "09:30") as `09:30`; null when it is none. */
export function readTime(typed: string): string | null {
  const match = /^\s*(\d{1,2})(?:\s*[:.,h]?\s*(\d{2}))?\s*$/.exec(typed);
  const [hour, minute] = [Number(match?.[1] ?? NaN), Number(match?.[2] ?? 0)];
  if (!(hour <= 23 && minute <= 59)) return null;
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** Puts date, start and end together; an end before the start is on the next day. */
export function stretch(type: WorkTime['type'], date: string, start: string, end: string, inZone = zone()): WorkTime {
  const last = start && end && end < start ? nextDay(date) : date;
  return { type, start: `${date}T${start}`, end: `${last}T${end}`, zone: inZone };
}

/** The parts one enters. */
export function partsOf(time: WorkTime): { date: string; start: string; end: string } {
  const [date = '', start = ''] = time.start.split('T');
  return { date, start: start.slice(0, 5), end: (time.end.split('T')[1] ?? '').slice(0, 5) };
}

function nextDay(date: string): string {
  const day = new Date(`${date}T12:00:00Z`);
  if (Number.isNaN(day.getTime())) return date;
  day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}
