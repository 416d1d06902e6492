/** What finding a document in the cache costs before any tier is asked: digest, check, key, and the Bloom guard's answer. */
import { createHash, randomBytes } from 'node:crypto';
import { murmur3 } from '../test/reference/murmur3.js';
import { nativeMurmur3 } from '../test/support/native-murmur.js';
import type { Budget } from './budgets.js';
import type { BenchContext } from './context.js';
import type { DocumentSet } from './document-set.js';
import { median } from './measure.js';
import { loadBloomGuard, loadHasher, loadKey } from './millrace.js';
import type { PartResult } from './part.js';
import { compare, throughputTable, type Comparison, type LoadedContestant } from './throughput.js';

const NATIVE = 'murmurhash-native';
const DIGEST_IN_PLACE = 'digest, in place';
const CHECK_IN_PLACE = 'check, in place';
const QUESTION = 'guard, a question';

const PAGE_BYTES = 65536;
const SCRATCH_BYTES = 64;

export async function benchKeys(context: BenchContext): Promise<PartResult> {
  const set = context.uniformSet(1);
  const comparison = await compare(set.name, await contestants(set), context.rounds);
  set.dispose();
  return {
    tables: [throughputTable('Cache keys', comparison, nativeMurmur3 === undefined ? [] : [NATIVE])],
    budgets: [
      atMostUs(comparison, DIGEST_IN_PLACE, 0.25),
      atMostUs(comparison, CHECK_IN_PLACE, 0.4),
      atMostUs(comparison, QUESTION, 0.3),
    ],
    data: comparison,
  };
}

async function contestants(set: DocumentSet): Promise<LoadedContestant[]> {
  const { Hasher } = await loadHasher();
  const { KeyMaker } = await loadKey();
  const { BloomGuard } = await loadBloomGuard();

  const texts = set.documents.map(({ text }) => text);
  const contents = texts.map((text) => Buffer.from(text));
  const { memory, addresses } = layOut(contents);
  const hasher = new Hasher(randomBytes(16), { memory, scratchAddress: 0 });
  const stage = hasher.contextOf(['bench']);
  const keyed = new KeyMaker(hasher, 'reports', 'bench', '');
  const cryptographic = new KeyMaker(hasher, 'responses', 'bench', '', { check: 'sha256' });
  const digests = texts.map((text) => keyed.of(text).digest);
  const guard = new BloomGuard({ entriesExpected: digests.length });
  for (const digest of digests.filter((_, index) => index % 2 === 0)) guard.add(digest);

  for (let index = 0; index < texts.length; index += 1000) {
    const expected = murmur3(contents[index]!).toString('latin1');
    const found = [texts[index]!, contents[index]!].map((content) => hasher.digestOf(content));
    found.push(hasher.digestAt(addresses[index]!, contents[index]!.length));
    if (nativeMurmur3 !== undefined) found.push(nativeMurmur3(contents[index]!).swap64().toString('latin1'));
    if (found.some((digest) => digest !== expected)) throw new Error(`document ${index} has different digests`);
  }

  const each = (name: string, work: (index: number) => void): LoadedContestant => ({
    name,
    load: set.load,
    run: () => {
      for (let index = 0; index < texts.length; index++) work(index);
      return {};
    },
  });
  const native = nativeMurmur3;
  return [
    ...(native === undefined
      ? []
      : [
          each(NATIVE, (index) => native(contents[index]!)),
          each(`${NATIVE}, of strings`, (index) => native(Buffer.from(texts[index]!))),
        ]),
    each(DIGEST_IN_PLACE, (index) => hasher.digestAt(addresses[index]!, contents[index]!.length)),
    each('digest, of bytes', (index) => hasher.digestOf(contents[index]!)),
    each('digest, of strings', (index) => hasher.digestOf(texts[index]!)),
    each(CHECK_IN_PLACE, (index) => hasher.checkAt(addresses[index]!, contents[index]!.length, stage)),
    each('check, of strings', (index) => hasher.checkOf(texts[index]!, stage)),
    each('SHA-256, of bytes', (index) => createHash('sha256').update(contents[index]!).digest()),
    each('key of a string', (index) => keyed.of(texts[index]!)),
    each('key and check', (index) => keyed.of(texts[index]!).check()),
    each('key and SHA-256', (index) => cryptographic.of(texts[index]!).check()),
    each(QUESTION, (index) => guard.mayContain(digests[index]!)),
  ];
}

/** All contents in one memory, as documents lie in a scoring kernel's. */
function layOut(contents: readonly Buffer[]): { memory: WebAssembly.Memory; addresses: number[] } {
  const total = contents.reduce((sum, { length }) => sum + length, SCRATCH_BYTES);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(total / PAGE_BYTES) });
  const bytes = new Uint8Array(memory.buffer);
  let end = SCRATCH_BYTES;
  const addresses = contents.map((content) => {
    const address = end;
    bytes.set(content, address);
    end += content.length;
    return address;
  });
  return { memory, addresses };
}

function atMostUs({ rows }: Comparison, name: string, atMost: number): Budget {
  const row = rows.find((each) => each.name === name);
  const measured = row === undefined ? undefined : (median(row.ms) / row.documents) * 1e3;
  return { name: `${name}, 1 KB`, measured, unit: 'µs', atMost };
}
