// Makes the pictures of the documentation from the real dashboard: homes of their own, real peers, real runs.
//
// Usage: npm run pictures [-- thread | reach | cloud | cast]
import { build, isStale } from './build.js';
import { describeMissing, ensurePackages } from './lib/packages.ts';
import { recordCast } from './pictures/cast.ts';
import { pictureCloud } from './pictures/cloud.ts';
import { pictureReach } from './pictures/reach.ts';
import { pictureThread } from './pictures/thread.ts';
import { PICTURE_PACKAGES, TEST_PACKAGES } from './system-packages.ts';

const SCENES = { thread: pictureThread, reach: pictureReach, cloud: pictureCloud, cast: recordCast };

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(SCENES, name));
if (unknown !== undefined) {
  console.error(`pictures: there is no scene "${unknown}": there are ${Object.keys(SCENES).join(', ')}`);
  process.exit(2);
}
const missing = ensurePackages([...PICTURE_PACKAGES, ...TEST_PACKAGES]);
if (missing.length > 0) console.error(describeMissing(missing));
if (isStale()) await build();
for (const [name, take] of Object.entries(SCENES)) if (asked.length === 0 || asked.includes(name)) await take();
process.exit(0);
