import { describe, expect, it } from 'vitest'
import { decimalFault, readDecimal } from '~/kit/decimal'
import { batchYears, criteriaBody, criteriaTexts, noCriteria, toggledBranch } from './criteria'
import { changesOf, emptyDraft, fieldsOfDraft, formOf, onto } from './draft'
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

  it('suggest the batches of the students and the coming ones', () => {
    expect(batchYears({ first: 2024, last: 2027 }, [], 2026)).toEqual([2024, 2025, 2026, 2027, 2028])
    expect(batchYears({ first: 2027, last: 2031 }, [2040], 2026)).toEqual([
      2025, 2026, 2027, 2028, 2029, 2030, 2031, 2040,
    ])
    expect(batchYears(null, [2019], 2026), 'while they are not known').toEqual([2019, 2025, 2026, 2027, 2028])
    expect(batchYears({ first: 1990, last: 2027 }, [], 2026), 'no more than fit').toHaveLength(10)
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

  it('is a form with the file last, and its fields to the letter', () => {
    const fields = { company_name: 'Acme', min_cgpa: null, allowed_branches: ['CSE, AI and ML', 'ECE'] }
    const form = formOf(fields, new File([], 'a.pdf'))
    expect([...form.keys()]).toEqual(['fields', 'pdf'])
    expect(JSON.parse(String(form.get('fields')))).toEqual(fields)
  })

  it('is laid over what others have changed meanwhile', () => {
    const before = { ...emptyDraft, location: 'Pune', criteria: { ...noCriteria, min_10th: 60 } }
    const after = { ...before, location: '', criteria: { ...before.criteria, min_cgpa: 7 } }
    const now = { ...before, job_title: 'Senior', criteria: { ...before.criteria, min_10th: 70 } }
    const kept = { before, after, isRemoved: false }
    expect(onto(now, kept, false)).toEqual({ ...now, location: '', criteria: { ...now.criteria, min_cgpa: 7 } })
    expect(onto(now, kept, true), 'criteria of what students were told of stay').toEqual({ ...now, location: '' })
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
