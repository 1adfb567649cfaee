import { account } from './en/account'
import { attendance } from './en/attendance'
import { common } from './en/common'
import { drives } from './en/drives'
import { finished } from './en/finished'
import { student } from './en/student'
import { registrations } from './en/registrations'
import { selection } from './en/selection'
import { students } from './en/students'

/**
 * t has every text that the console shows, by the area that shows it. A translation is a folder beside en/ with the same
 * names; the types say what it lacks.
 */
export const t = { common, account, attendance, drives, finished, registrations, selection, student, students }
