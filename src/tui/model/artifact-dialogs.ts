// The pages about artifacts, as data: what one of them looks like, where a text is looked for in it, and the list of them. Parts of the model.

import type { ArtifactKind, PublishedArtifact } from '../../core/artifacts.ts';
import type { RunDetail } from '../../protocol/api.ts';
import type { Document } from '../preview/document.ts';
import type { EditorState } from '../terminal/editor.ts';

export interface PreviewDialog {
  readonly kind: 'preview';
  readonly artifact: PublishedArtifact;
  readonly section: 'content' | 'origin';
  readonly content:
    | { readonly state: 'loading'; readonly request: number }
    | { readonly state: 'ready'; readonly document: Document }
    | { readonly state: 'failed'; readonly message: string };
  /** What is known of the run that made it, once that was asked for. */
  readonly origin:
    | { readonly state: 'unknown' }
    | { readonly state: 'ready'; readonly detail: RunDetail }
    | { readonly state: 'failed'; readonly message: string };
  /** First row that is shown. */
  readonly scroll: number;
  /** What was looked for last; empty before that. */
  readonly query: string;
  /** The row where it was found. */
  readonly found: number;
}

/** The text that is looked for in the preview below. */
export interface FindDialog {
  readonly kind: 'find';
  readonly editor: EditorState;
  readonly notice: string | undefined;
}

/** `results`: all but the outputs of runs. */
export type ArtifactFilter = 'results' | ArtifactKind;

export interface ArtifactsDialog {
  readonly kind: 'artifacts';
  /** Newest first; undefined until the peer has answered. */
  readonly artifacts: readonly PublishedArtifact[] | undefined;
  readonly message: string | undefined;
  readonly filter: ArtifactFilter;
  readonly selected: number;
  readonly request: number;
}
