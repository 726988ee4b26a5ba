// Every style that there is: the type alone cannot be counted through.
import { stylesMono } from '../../src/tui/terminal/styles.ts';
import type { StyleName } from '../../src/tui/terminal/theme.ts';

export const STYLE_NAMES = Object.keys(stylesMono()) as StyleName[];
