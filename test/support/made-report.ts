import type { DocumentationReport, Report } from '../../src/core/report.js';

/** Numbers of a report that a test decides; all others are those of a common page of prose. */
export interface MadeNumbers extends Partial<DocumentationReport> {
  readonly words?: number;
  readonly tokens?: number;
  readonly bytes?: number;
  readonly aggregate?: number;
  readonly fleschReadingEase?: number | null;
}

/** A complete report that no text was read for. */
export function madeReport(numbers: MadeNumbers = {}): Report {
  const { overall = 0.5, words = 170, tokens = 175, bytes = 1024, aggregate = 0.7, fleschReadingEase = 65 } = numbers;
  const { completeness = 0.5, clarity = 0.5, consistency = 0.5, accuracy = 0.5 } = numbers;
  const kept = { keep: true, reason: null } as const;
  return {
    schema: 1,
    id: 'made',
    bytes,
    chars: bytes,
    words,
    tokens,
    distinctTokens: 110,
    lines: 12,
    paragraphs: 4,
    sentences: 11,
    entropy: { char: 4.2, token: 6.3, sentence: 2.6, evenness: 0.93, redundancy: 0.2, aggregate },
    readability: { fleschReadingEase, fleschKincaidGrade: 8 },
    coherence: 0.3,
    documentation: { completeness, clarity, consistency, accuracy, overall },
    miair: 40,
    filters: { gopher_quality: kept, gopher_repetition: kept, c4_quality: kept, fineweb_quality: kept },
  };
}
