/** The vocabulary of generated documents: everyday words, and two halves of compounds for a long tail of rarer ones. */

export const ADJECTIVES = words(`
  old new small large quiet careful steady early late narrow broad cold warm dry wet sharp plain bright heavy light slow quick
  common rare honest stubborn ordinary useful broken patient hollow level distant weathered northern southern upper lower spare
`);

export const NOUNS = words(`
  water mill wheel river stone winter letter season village market bridge harbour reader method record question answer reason
  table window garden engine signal measure number page margin morning evening neighbour teacher student machine weather story
  pattern mistake habit habitat promise journey ledger kettle barley copper timber thread needle lantern compass orchard
`);

export const VERBS = words(`
  turns carries follows keeps holds changes explains measures records repairs answers crosses reaches returns describes compares
  supports divides gathers improves delays replaces protects reveals contains requires prevents supplies teaches moves opens
`);

export const PASTS = words(`
  was written|was repaired|was measured|had been forgotten|was carried home|was found again|is kept dry|is tested twice a year
  |was counted|was sold|had been replaced|is described below
`);

export const ADVERBS = words(`
  slowly|carefully|often|rarely|twice|again|everywhere|quietly|together|by hand|at once|in turn|after dark|before noon
`);

export const LINKS = words(`
  because although when before after while until unless where since
`);

const HEADS = words(`
  mill river stone winter salt wind copper night sun iron water wood field harbour light snow barley book bell bridge sand glass
  rope clay corn feather hill lamp leather maple moss oak pebble rain reed silver smoke storm thorn tide wool
`);

const TAILS = words(`
  wright stone house mark field keeper line works wheel fall yard song post ridge stead maker board craft gate wood bank path light
  side land worm bird flower berry root frame lock head ship worker walker finder binder carver
`);

/** The rarer nouns, one for each pair of halves. */
export const COMPOUNDS: readonly string[] = HEADS.flatMap((head) => TAILS.map((tail) => head + tail));

/** Sentences in other scripts and with accents, so that not all text is ASCII. */
export const FOREIGN = words(`
  Das Wasser läuft über das Mühlrad, und der Müller hört zu.|Wer früh säet, der muß auch die späte Kälte fürchten.
  |L’été dernier, la rivière était presque à sec près du vieux moulin.|Où êtes-vous allés après la fête du village ?
  |El molino del pueblo seguía girando mientras llovía sobre el cañón.|¿Quién recordará mañana lo que ocurrió aquí?
  |Młynarz podnosi zasuwę i czeka, aż koło zacznie się obracać.|Вода течёт по жёлобу и медленно вращает колесо.
  |Старый мельник записывал всё в толстую тетрадь.|水は樋を流れ、水車はゆっくりと回る。粉は白く、朝は静かだ。
  |磨坊主人每天早晨都要检查水渠和闸门。|물레방아는 밤새 쉬지 않고 돌았다.
`);

/** Words that say little, for pages that say nothing. */
export const BUZZWORDS = words(`
  synergy leverage holistic scalable seamless disruptive ecosystem empower turnkey robust agile paradigm next-generation
  best-in-class mission-critical cutting-edge streamline optimize monetize actionable
`);

/** Parted by bars where there are any, else by white space. */
function words(list: string): readonly string[] {
  const parts = list.includes('|') ? list.split(/\s*[|]\s*|\n\s*/) : list.split(/\s+/);
  return Object.freeze(parts.map((part) => part.trim()).filter((part) => part !== ''));
}
