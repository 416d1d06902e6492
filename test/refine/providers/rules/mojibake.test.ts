/**
 * Proves that text is repaired that was damaged on purpose: encoded as UTF-8 and read as Windows-1252 or Latin-1, once, twice, three
 * times; and that correct texts of many scripts come through unchanged, above all those that look damaged.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refineByRules } from '../../../../src/refine/providers/rules/refine-by-rules.js';
import { byteOf } from '../../../../src/refine/providers/rules/windows-1252.js';

/** Windows-1252 from 80 to 9F, as https://encoding.spec.whatwg.org/index-windows-1252.txt has it. */
const HIGH =
  '20ac 81 201a 192 201e 2026 2020 2021 2c6 2030 160 2039 152 8d 17d 8f 90 2018 2019 201c 201d 2022 2013 2014 2dc 2122 161 203a 153 9d 17e 178'
    .split(' ')
    .map((hex) => parseInt(hex, 16));

type Misreading = (text: string) => string;

const asLatin1: Misreading = (text) => Buffer.from(text, 'utf8').toString('latin1');
const asWindows1252: Misreading = (text) =>
  asLatin1(text).replace(/[\x80-\x9f]/g, (char) => String.fromCharCode(HIGH[char.charCodeAt(0) - 0x80]!));
/** Whatever this version of Node makes of it. */
const asNode: Misreading = (text) => new TextDecoder('windows-1252').decode(Buffer.from(text, 'utf8'));

const MISREADINGS: [string, Misreading][] = [
  ['Windows-1252', asWindows1252],
  ['Latin-1', asLatin1],
  ['the decoder of Node', asNode],
];

const SENTENCES = [
  'Le café d’été est déjà fermé — dommage, « voilà » pour 5 €…',
  'Füße, Größe, Äpfel und Öl: „Schön“, sagte er.',
  'El niño comió piña mañana. ¿Qué tal? ¡Olé!',
  'A manhã é de São João, não é? Coração e maçã.',
  'Čeština: příliš žluťoučký kůň úpěl ďábelské ódy.',
  'Zażółć gęślą jaźń.',
  'Türkçe: ığdır, şişli, çağrı, İstanbul.',
  'Limba română: știință, țară, mâine, își.',
  'Привет, мир! Это проверка.',
  'Γειά σου Κόσμε, καλημέρα.',
  'שלום עולם, זה מבחן.',
  'مرحبا بالعالم، هذا اختبار.',
  'नमस्ते दुनिया, यह परीक्षा है।',
  '日本語の文章です。漢字も読めます。',
  '안녕하세요 세계, 시험입니다.',
  'Tiếng Việt: chuyến đò cuối ngày ở bến sông.',
  'The “quoted” word isn’t lost – it’s 20 °C, ½ price, 3 × 4 = 12 ≥ 7 → fine 👍🏽 🎉',
];

describe('text that was read wrongly', () => {
  describe.each(MISREADINGS)('as %s', (_, misread) => {
    it.each(SENTENCES)('is repaired: %s', (sentence) => {
      for (const times of [1, 2, 3]) {
        let damaged = sentence;
        for (let time = 0; time < times; time++) damaged = misread(damaged);
        expect(repaired(damaged)).toBe(sentence);
      }
    });

    it('is repaired among ASCII, in any combination of sentences', () => {
      const sentences = fc.array(fc.constantFrom(...SENTENCES, 'Plain ASCII.'), { minLength: 1, maxLength: 6 });
      fc.assert(
        fc.property(sentences, (parts) => {
          const text = parts.join('\n\n');
          expect(repaired(misread(text))).toBe(text);
        }),
        { numRuns: 200 },
      );
    });
  });

  it.each([
    ['cafÃ© beside a correct café', 'café beside a correct café'],
    ['donâ€™t', 'don’t'],
    ['5Â°C and Â£5', '5°C and £5'],
    ['one.Â\xa0 Two', 'one.\xa0 Two'],
    ['don\x92t \x96 it costs \x80\x35', 'don’t – it costs €5'],
    ['\x93quoted\x94\x85', '“quoted”…'],
  ])('%j becomes %j', (damaged, expected) => {
    expect(repaired(damaged)).toBe(expected);
  });
});

describe('correct text', () => {
  it.each([
    ...SENTENCES,
    'AMANHÃ” disse; a MANHû; «AMANHû; PÃO, IRMÃ, LÃ…',
    'CAFÉ» «CAFÉ», NESTLÉ®, RENÉ™, L’ÉTÉ—ICI, BEYONCÉ’S, É…, CAFÉ´S',
    'Úžasný VÝŠKA VÍŠ ÚŽITOK ÝŠ CHÉŽ',
    'Das macht „Spaß“, „Ä“, „Ö“, „Ü“ und „ß“.',
    'Die Buchstaben Á, Â, Ã, Ä, Å, Ã…, “Ô, «Â», (Ã)',
    'Å’s only road; naïve – façade — “Ñ”',
    '2×£5 = 10; 3×½; À™; é…» café…»',
    'line\x85next line',
  ])('stays: %s', (text) => {
    expect(repaired(text)).toBe(text);
  });

  // Not words of one letter: in no language is Â a word, so `Â·` is taken for a dot.
  it('of Latin words in small and capital letters with any punctuation around them stays', () => {
    const alphabets = [
      'aeimorstãáâàçéêíóôõú',
      'aeilnrstàâçéèêëîïôùûü',
      'aeinrstuäöüß',
      'aeinorsáéíñóúü',
      'aeinrtáčďéěíňóřšťúůýž',
      'aeiorstáäčďéíľĺňóôŕšťúýž',
      'aeiorząćęłńóśźż',
      'aeinrtăâîșț',
      'aeinrsåæøäöðþáéíóúý',
      'aeilnrçğıöşü',
      'aeiklstäöõüšž',
      'aeiknoszáéíóöőúüű',
    ];
    const chars = fc
      .constantFrom(...alphabets)
      .chain((letters) => fc.array(fc.constantFrom(...letters), { minLength: 2, maxLength: 8 }));
    const word = fc.tuple(chars, fc.boolean());
    const before = fc.constantFrom('', '', '“', '«', '„', '‘', '¿', '¡', '(', '– ', '€ ');
    const after = fc.constantFrom(
      '',
      '',
      '”',
      '»',
      '“',
      '’',
      '…',
      '™',
      '®',
      '²',
      '—',
      '·',
      '.',
      ',',
      '\xa0!',
      ' –',
      '›',
      '°',
    );
    const token = fc
      .tuple(before, word, after)
      .map(
        ([open, [chars, isCapital], close]) =>
          `${open}${isCapital ? chars.join('').toUpperCase() : chars.join('')}${close}`,
      );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        const text = tokens.join(' ');
        expect(repaired(text)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('of one script stays, whatever the order of its letters', () => {
    const scripts = [
      'АБВабвгдежзиюя',
      'ΑΒαβγδεζηθάέ',
      'אבגדהוזח',
      'ابتثجحخ',
      'कखगाि',
      '日本語漢字',
      '가나다라',
      'กขคง',
    ];
    const word = fc
      .constantFrom(...scripts)
      .chain((script) => fc.string({ unit: fc.constantFrom(...script, 'é', '“', '»'), maxLength: 8 }));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        const text = words.join(' ');
        expect(repaired(text)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});

describe('byteOf', () => {
  it('is the inverse of Windows-1252 and of Latin-1', () => {
    for (let byte = 0x80; byte < 0x100; byte++) {
      expect(byteOf(byte)).toBe(byte);
      expect(byteOf(HIGH[byte - 0x80] ?? byte)).toBe(byte);
    }
    expect(byteOf(0x7f)).toBe(-1);
    expect(byteOf(0x416)).toBe(-1);
  });
});

function repaired(text: string): string {
  return refineByRules(text, { rules: ['mojibake'] }).text;
}
