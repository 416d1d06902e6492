import type { DirectoryStats, DirectoryVerification } from '../../cache/disk/maintenance.js';
import { formatBytes, formatCount } from '../numbers.js';
import { alignColumns } from '../table.js';

/** A row for each namespace, and the file. */
export function formatStats({ fileBytes, namespaces, setAside }: DirectoryStats): string {
  const rows = namespaces.map(({ name, entries, bytes, rawBytes }) => [
    name,
    formatCount(entries),
    formatBytes(bytes),
    formatBytes(rawBytes),
  ]);
  const header = ['namespace', 'entries', 'on disk', 'uncompressed'];
  const lines = alignColumns([header, ...rows], ['left', 'right', 'right', 'right']);
  return [...lines, `file: ${formatBytes(fileBytes)}`, ...setAsideLines(setAside), ''].join('\n');
}

/** What was found wrong, or that nothing was. */
export function formatVerification(verification: DirectoryVerification): string {
  const { namespaces, isExamined, damagedFile, setAside } = verification;
  const lines = namespaces.map(({ name, entries, damaged, strays }) => {
    const wrong =
      damaged + strays === 0 ? 'sound' : `removed ${formatCount(damaged)} damaged, ${formatCount(strays)} stray`;
    return `${name}: ${formatCount(entries)} entries, ${wrong}`;
  });
  if (damagedFile !== undefined) lines.push(`the file was damaged (${damagedFile.reason}); the cache is empty now`);
  if (!isExamined) lines.push('in use: the pages of the file were not examined');
  return [...lines, ...setAsideLines(setAside), isSound(verification) ? 'sound' : 'damaged', ''].join('\n');
}

export function isSound({ namespaces, damagedFile }: DirectoryVerification): boolean {
  return damagedFile === undefined && namespaces.every(({ damaged, strays }) => damaged + strays === 0);
}

function setAsideLines(paths: readonly string[]): string[] {
  return paths.map((path) => `put aside, may be deleted: ${path}`);
}
