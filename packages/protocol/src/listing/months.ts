/**
 * Month names in the languages `ls` speaks, as stems: `sept`, `sept.` and `September` share one. The longest
 * matching stem wins (`marras` is November, `mar` is March). Where two languages disagree (Croatian `lis` is
 * October, Polish and Czech `lis` November) the more common server locale wins.
 */
const stems: readonly string[] = [
  'jan ene gen ian jaan oca tammi led sty sij янв січ ιαν 一月',
  'feb fév fev fé veeb şub sub helmi úno uno lut velj фев лют φεβ 二月',
  'mar mär mrz maer mrt maa már maalis bře bre ožu мар бер μαρ μάρ 三月',
  'apr avr abr ápr nis huhti dub kwi апр кві απρ 四月',
  'may mai maj mag mei máj maí touko kvě kve svi май мая тра μαϊ μάι μαι 五月',
  'jun juin giu jún juun iun haz kesä kesa čer cer čen cze июн чер ιουν 六月',
  'jul jui juil lug júl juul iul tem heinä heina červenec cervenec čvc čec lip июл лип ιουλ 七月',
  'aug aoû aou ago ağu agu ágú avg elo srp sie авг сер αυγ 八月',
  'sep set szept eyl syys zář zar wrz ruj сен вер σεπ 九月',
  'oct okt ott out eki loka říj rij paź paz окт жов οκτ 十月',
  'nov nóv kas marras lis stu ноя лис νοε 十一月',
  'dec déc dez dic des dets ara joulu pro gru дек гру δεκ 十二月',
];

const monthOfStem = new Map<string, number>(
  stems.flatMap((line, month) => line.split(' ').map((stem) => [stem, month + 1] as const)),
);
const longestStem = Math.max(...[...monthOfStem.keys()].map((stem) => stem.length));
const shortestStem = 2;
const longestName = 12;

const english = new Map<string, number>(
  ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map((name, month) => [
    name,
    month + 1,
  ]),
);

/** KOI8-R bytes 0xC0–0xDF; 0xE0–0xFF are the same letters as capitals. */
const koi8 = 'юабцдефгхийклмнопярстужвьызшэщчъ';

/** 1 to 12, or `undefined`. Names that are not UTF-8 are tried as Latin-1, Windows-1251 and KOI8-R. */
export function monthNumber(word: string): number | undefined {
  const quick = english.get(word);
  if (quick !== undefined) return quick;
  if (word.length < shortestStem || word.length > longestName) return undefined;
  const name = word.toLowerCase().replace(/[.,]+$/, '');
  const month = monthByStem(name);
  if (month !== undefined || !/[\udc80-\udcff]/.test(name)) return month;
  return (
    monthByStem(recode(name, latin1)) ??
    monthByStem(recode(name, cyrillic1251)) ??
    monthByStem(recode(name, cyrillicKoi8))
  );
}

function monthByStem(name: string): number | undefined {
  for (let length = Math.min(longestStem, name.length); length >= shortestStem; length -= 1) {
    const month = monthOfStem.get(name.slice(0, length));
    if (month !== undefined) return /[\d\s]/.test(name) ? undefined : month;
  }
  return undefined;
}

function recode(name: string, charset: (byte: number) => string): string {
  return name.replace(/[\udc80-\udcff]/g, (unit) => charset(unit.charCodeAt(0) & 0xff)).toLowerCase();
}

const latin1 = (byte: number): string => String.fromCharCode(byte);
const cyrillic1251 = (byte: number): string => (byte < 0xc0 ? '?' : String.fromCharCode(0x410 + byte - 0xc0));
const cyrillicKoi8 = (byte: number): string => koi8[byte & 0x1f] ?? '?';
