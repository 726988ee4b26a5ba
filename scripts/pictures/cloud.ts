// Questions and programs on a device where nothing is configured.
import { openPictureStage } from './stage.ts';

export async function pictureCloud(): Promise<void> {
  const { dispatch, picture, end } = openPictureStage();
  try {
    await dispatch('ask', 'how do I pair a device');
    await picture(
      'question',
      '110x40',
      "wait:'pair a device' '/code python print(6*7)' wait:'embedded' enter wait:'42' '?what is a grant' wait:'cloud-knowledge'",
    );
  } finally {
    await end();
  }
}
