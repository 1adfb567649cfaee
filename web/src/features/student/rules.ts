import type { DriveBody, Failure, MeBody } from '~/api/schema'
import { t } from '~/texts'

const s = t.student

type Rule = Exclude<keyof typeof s.rules, 'active' | 'debarred'>

const order: readonly Rule[] = [
  'min_cgpa',
  'min_10th',
  'min_12th',
  'max_backlogs',
  'max_total_backlogs',
  'allowed_branches',
  'allowed_batches',
  'allowed_genders',
  'max_gap_years',
]

const cgpaFormat = new Intl.NumberFormat('en-IN', { minimumFractionDigits: 2, maximumFractionDigits: 4 })
const markFormat = new Intl.NumberFormat('en-IN', { maximumFractionDigits: 4 })

/** written writes a value as its rule is read: CGPA 7.50, 10th 84%, men and women. */
function written(rule: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => written(rule, one)).join(', ')
  if (typeof value === 'number') {
    if (rule === 'min_cgpa') return cgpaFormat.format(value)
    if (rule === 'min_10th' || rule === 'min_12th') return s.percent(markFormat.format(value))
  }
  return String(value)
}

function nameOf(rule: string): string {
  return s.rules[rule as keyof typeof s.rules] ?? rule
}

function genders(codes: unknown): string {
  return (Array.isArray(codes) ? codes : [codes]).map((code) => s.genders[code as 'M'] ?? code).join(', ')
}

function neededBy(rule: string, needed: unknown): string {
  if (rule === 'allowed_genders') return genders(needed)
  const value = written(rule, needed)
  if (rule.startsWith('min_')) return s.atLeast(value)
  if (rule.startsWith('max_')) return s.atMost(value)
  return value
}

/** whyNot says one failing rule in a line that fits a card. */
export function whyNot({ rule, needed, actual, reason }: Failure): string {
  if (rule === 'active') return s.why.active
  if (rule === 'debarred') return s.why.debarred
  const name = nameOf(rule)
  if (reason === 'missing') return s.why.missing(name, neededBy(rule, needed))
  if (rule === 'allowed_genders') return s.why.onlyGenders(genders(needed))
  if (reason === 'above') return s.why.above(name, written(rule, needed), written(rule, actual))
  if (reason === 'not_allowed') return s.why.only(written(rule, needed), written(rule, actual))
  const sentence = rule === 'min_cgpa' ? s.why.below : s.why.marksBelow
  return sentence(name, written(rule, needed), written(rule, actual))
}

export interface Criterion {
  rule: string
  name: string
  needed: string
  yours: string
  isMet: boolean
}

/** criteriaFor lists a drive's criteria with the student's own values beside them; which are met is the server's word. */
export function criteriaFor(drive: DriveBody, me: MeBody, failing: readonly Failure[]): Criterion[] {
  const criteria = order.filter((rule) => isAsked(drive[rule])).map((rule) => criterion(rule, drive[rule], me, failing))
  const others = failing.filter(({ rule }) => rule === 'active' || rule === 'debarred')
  return [...others.map(standingOf), ...criteria]
}

function criterion(rule: Rule, needed: unknown, me: MeBody, failing: readonly Failure[]): Criterion {
  return {
    rule,
    name: nameOf(rule),
    needed: neededBy(rule, needed),
    yours: ownValue(rule, me) ?? s.none,
    isMet: !failing.some((failure) => failure.rule === rule),
  }
}

function standingOf(failure: Failure): Criterion {
  return { rule: failure.rule, name: nameOf(failure.rule), needed: '', yours: whyNot(failure), isMet: false }
}

function isAsked(needed: unknown): boolean {
  return Array.isArray(needed) ? needed.length > 0 : needed != null
}

function ownValue(rule: Rule, me: MeBody): string | null {
  const show = (value: unknown) => (value == null || value === '' ? null : written(rule, value))
  switch (rule) {
    case 'min_cgpa':
      return show(me.cgpa)
    case 'min_10th':
      return show(me.tenth_percent)
    case 'min_12th': {
      // Who came by a diploma has no 12th marks and is judged by that.
      const diploma = show(me.diploma_percent)
      return show(me.twelfth_percent) ?? (diploma && s.diploma(diploma))
    }
    case 'max_backlogs':
      return show(me.active_backlogs ?? 0)
    case 'max_total_backlogs':
      return show((me.active_backlogs ?? 0) + (me.cleared_backlogs ?? 0))
    case 'allowed_branches':
      return show(me.branch)
    case 'allowed_batches':
      return show(me.batch_year)
    case 'allowed_genders':
      return me.gender ? (s.gender[me.gender as 'M'] ?? me.gender) : null
    case 'max_gap_years':
      return show(me.gap_years ?? 0)
  }
}
