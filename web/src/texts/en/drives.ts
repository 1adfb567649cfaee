export const drives = {
  title: 'Drives',
  tabs: {
    label: 'Pages of this drive',
    overview: 'Overview',
    students: 'Students',
    registrations: 'Registrations',
    attendance: 'Attendance',
  },
} as const
