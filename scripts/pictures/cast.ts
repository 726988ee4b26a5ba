// A minute with two devices, recorded: a task for the other one is typed, read, approved, and watched; a question is answered.
import { createDemoPeer } from '../demo/peer.ts';
import { openPictureStage } from './stage.ts';
import { fillThread, fillWorkFolder } from './thread.ts';

const KEYS = [
  "wait:'1 waiting' wait:'compiled' pause:1500",
  "'!for n in 1 2 3 4; do echo test $n of 4 passed; sleep 0.5; done > $DISPATCH_ARTIFACTS/tests.txt @gpu-box'",
  "wait:'will ask' pause:1800 enter wait:'2 waiting' pause:1200",
  // The newer of the two is read; the other goes on waiting.
  "escape pause:500 2 pause:400 G pause:600 enter wait:'approve once' pause:2500 y gone:'approve once' pause:3500",
  "3 pause:800 enter wait:'Output' pause:2500 escape pause:600",
  "t '?how do I pair a device' pause:900 enter pause:3500",
  'escape pause:500 4 pause:800 j pause:600 enter pause:2500 escape pause:500',
  '? pause:2500 escape pause:800',
].join(' ');

export async function recordCast(): Promise<void> {
  const { work, dispatch, picture, pair, end } = openPictureStage();
  const box = createDemoPeer('gpu-box');
  try {
    fillWorkFolder(work);
    await pair(box);
    await fillThread(dispatch);
    await picture('dispatch.cast', '120x34', KEYS);
  } finally {
    await end();
    await box.end();
  }
}
