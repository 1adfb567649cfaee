import { describe, expect, it } from 'vitest'
import { decimalFault, readDecimal } from '~/kit/decimal'
import { criteriaBody, criteriaTexts, noCriteria, toggledBranch } from './criteria'
import { changesOf, emptyDraft, fieldsOfDraft, formOf } from './draft'
import { jobOf } from './publishJob'

describe('criteria', () => {
  it('send a list of nothing as no criterion', () => {
    expect(criteriaBody(noCriteria)).toMatchObject({ allowed_branches: null, min_cgpa: null })
    expect(criteriaBody({ ...noCriteria, allowed_batches: [2027] }).allowed_batches).toEqual([2027])
  })

  it('know a branch whatever its case', () => {
    expect(toggledBranch(['cse '], 'CSE')).toEqual([])
    expect(toggledBranch(['CSE'], 'ECE')).toEqual(['CSE', 'ECE'])
  })

  it('are said in words, and zero is a rule', () => {
    const texts = criteriaTexts({ ...noCriteria, max_backlogs: 0, allowed_genders: ['F'] })
    expect(texts.map(({ text }) => text)).toEqual(['No active backlogs', 'Only: Women'])
  })
})

describe('a draft', () => {
  it('empties what is blank', () => {
    const fields = fieldsOfDraft({ ...emptyDraft, company_name: ' Acme ', location: '  ' })
    expect(fields).toMatchObject({ company_name: 'Acme', location: null, job_description: null })
  })

  it('sends only what was changed', () => {
    expect(changesOf(emptyDraft, emptyDraft)).toEqual({})
    const after = { ...emptyDraft, location: 'Pune', criteria: { ...noCriteria, min_cgpa: 7.5 } }
    expect(changesOf(emptyDraft, after)).toEqual({ location: 'Pune', min_cgpa: 7.5 })
    expect(changesOf(after, emptyDraft)).toEqual({ location: null, min_cgpa: null })
  })

  it('is a form with the file last, without what is absent', () => {
    const form = formOf(
      { company_name: 'Acme', min_cgpa: null, allowed_branches: ['CSE', 'ECE'] },
      new File([], 'a.pdf'),
    )
    expect([...form.keys()]).toEqual(['company_name', 'allowed_branches', 'allowed_branches', 'pdf'])
  })
})

describe('a typed number', () => {
  it('is read while it is typed', () => {
    expect([readDecimal(''), readDecimal('7.'), readDecimal('7,5'), readDecimal('x')]).toEqual([
      null,
      7,
      7.5,
      Number.NaN,
    ])
  })

  it('is refused out of range or with too many decimals', () => {
    const cgpa = { min: 0, max: 10, decimals: 2 }
    expect([7.49, 11, 7.495, Number.NaN].map((n) => decimalFault(n, cgpa))).toEqual([
      null,
      'range',
      'decimals',
      'number',
    ])
  })
})

describe('the job of a publish', () => {
  it('is the newest that names the drive', () => {
    const jobs = [
      { id: 9, drive_id: null },
      { id: 8, drive_id: 3 },
      { id: 7, drive_id: 4 },
      { id: 6, drive_id: 3 },
    ]
    expect(jobOf({ drive_id: 3 }, jobs)).toBe(8)
    expect(jobOf({ drive_id: 5 }, jobs)).toBeNull()
  })
})
