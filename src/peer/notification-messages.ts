/** What the peer and the thread that talks to the desktop's notification service say to each other. */

/** What is to stand on the desktop. */
export interface NotificationText {
  readonly title: string;
  /** Plain text. */
  readonly body: string;
}

export type ToNotificationWorker =
  /** Shows it in place of what was shown before. `anew`: so that it comes up again; else it only changes where it still stands. */
  | { readonly kind: 'show'; readonly text: NotificationText; readonly anew: boolean }
  | { readonly kind: 'hide' }
  /** Takes it away, and ends the thread. */
  | { readonly kind: 'end' };

/** Something did not work, in words; the next message may. */
export interface FromNotificationWorker {
  readonly failed: string;
}
