// What the dashboard routes tasks by, before they are sent: the same as its peer does.

import { type RouteContext, routeContext } from '../../core/routing/context.ts';
import type { Model } from './model.ts';

export const routeContextOf = ({ devices, settings, routing }: Model): RouteContext =>
  routeContext(devices, { cwd: settings.cwd }, routing);
