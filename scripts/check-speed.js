/**
 * A short bench of what was built: only ratios, with wide margins, since a machine that others share has no speed of its own.
 *
 * Prints each ratio with what it must be at least; exits 1 when one is missed.
 */
import { runBench } from '../dist/index.js';

const SECONDS = 10;

const EXPECTED = [
  { suite: 'score', name: 'library', baseline: 'regular expressions and a Map (counts and entropy)', atLeast: 3 },
  { suite: 'cache', name: 'reports of 64 KB texts, all of them hits', baseline: 'the same texts scored', atLeast: 2 },
];

const { suites } = await runBench({ suites: ['score', 'cache'], seconds: SECONDS });
const missed = EXPECTED.filter(({ suite, name, baseline, atLeast }) => {
  const found = suites.find((each) => each.name === suite)?.cases.find((each) => each.name === name);
  const ratio = found?.ratios.find((each) => each.baseline === baseline)?.ratio.value ?? 0;
  const isMet = ratio >= atLeast;
  console.log(`${isMet ? 'ok    ' : 'MISSED'} ${name}: ${ratio.toFixed(2)} × ${baseline}, at least ${atLeast}`);
  return !isMet;
});
process.exitCode = missed.length > 0 ? 1 : 0;
