import { account } from './en/account'
import { analytics } from './en/analytics'
import { attendance } from './en/attendance'
import { audit } from './en/audit'
import { codes } from './en/codes'
import { common } from './en/common'
import { drives } from './en/drives'
import { finished } from './en/finished'
import { imports } from './en/imports'
import { jobs } from './en/jobs'
import { people } from './en/people'
import { registrations } from './en/registrations'
import { selection } from './en/selection'
import { student } from './en/student'
import { students } from './en/students'

/**
 * t has every text that the console shows, by the area that shows it. A translation is a folder beside en/ with the same
 * names; the types say what it lacks.
 */
export const t = {
  common,
  account,
  analytics,
  attendance,
  audit,
  codes,
  drives,
  finished,
  imports,
  jobs,
  people,
  registrations,
  selection,
  student,
  students,
}
