/** Paths as text: the executing device has resolved them before they come here. */

/** Whether an absolute path is a folder or in it. Both have their links resolved, and no `.` or `..` left. */
export function isInside(folder: string, path: string): boolean {
  if (folder === path || folder === '/') return true;
  const separator = folder.includes('\\') ? '\\' : '/';
  return path.startsWith(folder.endsWith(separator) ? folder : folder + separator);
}
