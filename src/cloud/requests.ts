/** What can be asked over HTTP: the bodies, as they are checked. What a template leaves empty may be null. */

import * as z from 'zod';
import { areOneTree, isInnerName } from '../core/cloud.ts';

const MAX_TEXT = 1024 * 1024;
const MAX_FILES = 1000;

export const answerRequest = z.object({
  question: z.string().min(1).max(MAX_TEXT),
  /** What was said before, oldest first. */
  messages: z
    .array(z.object({ role: z.string(), text: z.string() }))
    .max(1000)
    .nullish(),
  attachments: z
    .array(z.object({ name: z.string().max(1000), mimeType: z.string().nullish(), text: z.string().nullish() }))
    .max(MAX_FILES)
    .nullish(),
});

export const codeRequest = z.object({
  language: z.string().min(1).max(100),
  source: z.string(),
  stdin: z.string().nullish(),
  files: z
    .array(
      z.object({
        name: z.string().refine(isInnerName, 'expected a relative name without ".."'),
        base64: z.base64(),
      }),
    )
    .max(MAX_FILES)
    .refine(areOneTree, 'expected each name once, and none that is a folder of another')
    .nullish(),
  timeoutMs: z.number().int().min(1).nullish(),
});

export type CodeRequest = z.infer<typeof codeRequest>;
