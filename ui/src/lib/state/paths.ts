/** The name of a file, without the folders it lies in. */
export function nameOf(path: string): string {
  return path.split(/[/\\]/).pop() ?? path;
}
