/** Ways to a document: a new one, and the screen that fits the state of one that exists. */
import { backend } from '$lib/backend';
import type { DocumentRow, Kind, NewDocument, Status } from '$lib/backend/types';
import { app } from './app.svelte';

/** Kinds one can begin with; a return begins at its intake. */
export function startableKinds(): Kind[] {
  return app.kinds.filter((kind) => !kind.rules.includes('from_intake'));
}

/** Begins a document and opens it. */
export async function beginDocument(kind: string, start: NewDocument): Promise<boolean> {
  const view = await app.attempt(() => backend.newDocument(kind, start));
  if (view) app.go({ at: 'editor', document: view.id });
  return view !== null;
}

/** Opens a document where there is something to do with it. */
export function openDocument(row: Pick<DocumentRow, 'id' | 'status'>): void {
  app.go({ at: placeOf(row.status), document: row.id });
}

function placeOf(status: Status): 'editor' | 'signing' | 'detail' {
  switch (status) {
    case 'draft':
      return 'editor';
    case 'ready':
    case 'partially_signed':
      return 'signing';
    case 'signed':
    case 'signed_unavailable':
    case 'declined':
    case 'cancelled':
    case 'expired':
    case 'voided':
      return 'detail';
  }
}
