export const registrations = {
  table: 'Registrations',
  search: 'Name, roll number or e-mail',
  count: (n: string) => `${n} registered`,
  matching: (n: string) => (n === '1' ? '1 registration matches' : `${n} registrations match`),
  counting: 'Counting…',
  live: 'Kept up to date by itself.',
  fresh: (n: string) => `${n} registered now. Show them`,
  none: 'No registration matches. Search for less.',
  noneOpen:
    'Nobody has registered yet. Those who are selected were told when the drive was published; each registration appears here at once.',
  nonePending: 'This drive is not published yet. Registrations appear here once students can register.',
  noneClosed: 'Nobody registered for this drive.',
  columns: {
    name: 'Student',
    roll_number: 'Roll number',
    branch: 'Branch',
    batch_year: 'Batch',
    cgpa: 'CGPA',
    registered_at: 'Registered',
    email: 'E-mail',
  },
  line: (roll: string, cgpa: string, when: string) => `${roll} · CGPA ${cgpa} · ${when}`,
  export: 'Export CSV',
  exportAgain: 'Export again',
  exporting: 'Writing the registrations into a CSV file',
  mayLeave: 'You can leave this page; the file will be offered here when you come back.',
  ready: (rows: string, when: string) =>
    rows === '1'
      ? `The CSV file with 1 registration of ${when} is ready.`
      : `The CSV file with ${rows} registrations of ${when} is ready.`,
  download: 'Download',
  failed: 'The export failed. Try again; if it fails again, tell the head of placement.',
  dismiss: 'Close',
} as const
