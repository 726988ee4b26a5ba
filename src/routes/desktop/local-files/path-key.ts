/** How a disk tells names apart: two paths with one key are one file there. */

/** HFS+ looks past these in a name (Apple TN1150, "Unicode subtleties"). */
const PASSED_OVER = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** Linux tells every byte apart; macOS neither capitals nor ways to write an accent, Windows neither capitals nor slashes. */
export function pathKey(path: string, platform: NodeJS.Platform): string {
  switch (platform) {
    case 'darwin':
      // To and fro, since some letters have no other form: ſ is an s, and ß and ẞ are two of them.
      return path.replace(PASSED_OVER, '').toLowerCase().toUpperCase().toLowerCase().normalize('NFC');
    case 'win32':
      // A stream of a file is that file, and what a name ends in is left out.
      return path
        .replaceAll('\\', '/')
        .toLowerCase()
        .split('/')
        .map((name, at) => (at === 0 ? name : name.replace(/:.*$/, '').replace(/[. ]+$/, '')))
        .join('/');
    default:
      return path;
  }
}
