import type { DriveBody, DriveFields } from '~/api/schema'
import { type Criteria, criteriaBody, criteriaOf, noCriteria } from './criteria'

/** Draft is a drive as its form holds it. Moments are RFC 3339; the fields show them in the office's zone. */
export interface Draft {
  company_name: string
  job_title: string
  domain_id: number | null
  job_description: string
  location: string
  package_lpa: number | null
  interview_date: string | null
  registration_deadline: string | null
  criteria: Criteria
}

export const emptyDraft: Draft = {
  company_name: '',
  job_title: '',
  domain_id: null,
  job_description: '',
  location: '',
  package_lpa: null,
  interview_date: null,
  registration_deadline: null,
  criteria: noCriteria,
}

export function draftOf(drive: DriveBody): Draft {
  return {
    company_name: drive.company_name,
    job_title: drive.job_title,
    domain_id: drive.domain_id,
    job_description: drive.job_description ?? '',
    location: drive.location ?? '',
    package_lpa: drive.package_lpa,
    interview_date: drive.interview_date,
    registration_deadline: drive.registration_deadline,
    criteria: criteriaOf(drive),
  }
}

/** fieldsOfDraft writes it as the API takes it: what is empty is null. */
export function fieldsOfDraft(draft: Draft): DriveFields {
  const { criteria, ...facts } = draft
  return {
    ...facts,
    company_name: facts.company_name.trim(),
    job_title: facts.job_title.trim(),
    job_description: facts.job_description.trim() || null,
    location: facts.location.trim() || null,
    ...criteriaBody(criteria),
  }
}

/** changesOf is what a person changed, and nothing else: what others changed in the meantime stays theirs. */
export function changesOf(before: Draft, after: Draft): DriveFields {
  const old = new Map(Object.entries(fieldsOfDraft(before)))
  const changed = Object.entries(fieldsOfDraft(after)).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(old.get(field)),
  )
  return Object.fromEntries(changed)
}

/** formOf sends fields and a file together. The fields go as JSON: a form's own texts have no null, and a comma parts them. */
export function formOf(fields: DriveFields, pdf: File): FormData {
  const form = new FormData()
  form.append('fields', JSON.stringify(fields))
  // Last, so that the server knows what is wrong with the fields before the file has come.
  form.append('pdf', pdf)
  return form
}

/** whole fills up a draft that an earlier console kept, which may lack a field. */
export function whole(draft: Draft | null): Draft | null {
  return draft && { ...emptyDraft, ...draft, criteria: { ...noCriteria, ...draft.criteria } }
}

/** KeptChanges are what somebody changed of a drive as it was then. */
export interface KeptChanges {
  before: Draft
  after: Draft
  isRemoved: boolean
}

/** onto lays kept changes over a drive as it is now: what others changed in the meantime stays theirs. */
export function onto(now: Draft, { before, after }: KeptChanges, isLocked: boolean): Draft {
  const { criteria: _, ...facts } = differing(before, after)
  const criteria = isLocked ? {} : differing(before.criteria, after.criteria)
  return { ...now, ...facts, criteria: { ...now.criteria, ...criteria } }
}

function differing<T extends object>(before: T, after: T): Partial<T> {
  const old = new Map(Object.entries(before))
  const changed = Object.entries(after).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(old.get(key)))
  return Object.fromEntries(changed) as Partial<T>
}
