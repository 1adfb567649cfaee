import type { CriteriaFields, DriveBody } from '~/api/schema'
import { t } from '~/texts'

export const numberRules = [
  'min_cgpa',
  'min_10th',
  'min_12th',
  'max_backlogs',
  'max_total_backlogs',
  'max_gap_years',
] as const

export type NumberRule = (typeof numberRules)[number]

/** Criteria as a form holds them: an empty list, like null, lets everybody in. */
export type Criteria = Record<NumberRule, number | null> & {
  allowed_branches: string[]
  allowed_batches: number[]
  allowed_genders: string[]
}

export const noCriteria: Criteria = {
  min_cgpa: null,
  min_10th: null,
  min_12th: null,
  max_backlogs: null,
  max_total_backlogs: null,
  max_gap_years: null,
  allowed_branches: [],
  allowed_batches: [],
  allowed_genders: [],
}

export function criteriaOf(drive: DriveBody): Criteria {
  const { min_cgpa, min_10th, min_12th, max_backlogs, max_total_backlogs, max_gap_years } = drive
  return {
    min_cgpa,
    min_10th,
    min_12th,
    max_backlogs,
    max_total_backlogs,
    max_gap_years,
    allowed_branches: drive.allowed_branches ?? [],
    allowed_batches: drive.allowed_batches ?? [],
    allowed_genders: drive.allowed_genders ?? [],
  }
}

/** criteriaBody writes them as the API takes them: a list of nothing is no criterion. */
export function criteriaBody(criteria: Criteria): CriteriaFields {
  return {
    ...criteria,
    allowed_branches: listOrNull(criteria.allowed_branches),
    allowed_batches: listOrNull(criteria.allowed_batches),
    allowed_genders: listOrNull(criteria.allowed_genders),
  }
}

function listOrNull<T>(list: T[]): T[] | null {
  return list.length > 0 ? list : null
}

/** sameBranch compares as the server does: case and outer spaces do not matter. */
export const sameBranch = (one: string, other: string) => one.trim().toUpperCase() === other.trim().toUpperCase()

export function toggledBranch(branches: string[], branch: string): string[] {
  const without = branches.filter((b) => !sameBranch(b, branch))
  return without.length < branches.length ? without : [...branches, branch]
}

export function toggled<T>(list: T[], item: T): T[] {
  return list.includes(item) ? list.filter((i) => i !== item) : [...list, item]
}

const mostBatches = 10

/** batchYears are the batches that there are and those that are coming, with what is chosen of others; no more than fit. */
export function batchYears(ends: { first: number; last: number } | null, chosen: number[], thisYear: number): number[] {
  const to = Math.max(ends?.last ?? 0, thisYear + 2)
  const from = Math.max(Math.min(ends?.first ?? thisYear, thisYear - 1), to - mostBatches + 1)
  const years = Array.from({ length: to - from + 1 }, (_, i) => from + i)
  return [...new Set([...years, ...chosen])].sort((a, b) => a - b)
}

/** criteriaTexts says each criterion that there is, in words. */
export function criteriaTexts(criteria: Criteria): { rule: string; text: string }[] {
  const words = t.drives.criteriaText
  const texts: { rule: string; text: string }[] = []
  for (const rule of numberRules) {
    const value = criteria[rule]
    if (value !== null) texts.push({ rule, text: words[rule](String(value)) })
  }
  const lists = {
    allowed_branches: criteria.allowed_branches,
    allowed_batches: criteria.allowed_batches.map(String),
    allowed_genders: criteria.allowed_genders.map((g) => t.drives.gender[g as keyof typeof t.drives.gender] ?? g),
  }
  for (const [rule, list] of Object.entries(lists)) {
    if (list.length > 0) texts.push({ rule, text: words[rule as keyof typeof lists](list.join(', ')) })
  }
  return texts
}
