import type { EligibleStudentBody } from '~/api/schema'
import { Badge } from '~/kit/Badge'
import type { TableColumn } from '~/kit/DataTable'
import { count } from '~/kit/format'
import { mark } from '~/kit/marks'
import { t } from '~/texts'

type Column = TableColumn<EligibleStudentBody>

const { columns: titles } = t.selection

/** chosenColumns are those of a drive whose students are still being chosen. */
export const chosenColumns: Column[] = [
  { id: 'name', title: titles.name, width: '2fr', minWidth: 160, sortable: true, cell: (s) => s.name },
  {
    id: 'roll_number',
    title: titles.roll_number,
    width: '1.3fr',
    hideBelow: 560,
    sortable: true,
    cell: (s) => s.roll_number,
  },
  {
    id: 'branch',
    title: titles.branch,
    width: '1fr',
    hideBelow: 560,
    sortable: true,
    cell: (s) => s.branch ?? t.common.none,
  },
  { id: 'batch_year', title: titles.batch_year, width: 85, hideBelow: 700, end: true, cell: (s) => mark(s.batch_year) },
  { id: 'cgpa', title: titles.cgpa, width: 85, sortable: true, downFirst: true, end: true, cell: (s) => mark(s.cgpa) },
  {
    id: 'tenth_percent',
    title: titles.tenth_percent,
    width: 80,
    hideBelow: 860,
    end: true,
    cell: (s) => mark(s.tenth_percent),
  },
  {
    id: 'twelfth_percent',
    title: titles.twelfth_percent,
    width: 80,
    hideBelow: 860,
    end: true,
    cell: (s) => mark(s.twelfth_percent),
  },
  {
    id: 'active_backlogs',
    title: titles.active_backlogs,
    width: 105,
    hideBelow: 640,
    sortable: true,
    downFirst: true,
    end: true,
    cell: (s) => count(s.active_backlogs),
  },
]

/** publishedColumns say besides who is selected. */
export const publishedColumns: Column[] = [
  ...chosenColumns,
  {
    id: 'selected',
    title: titles.selected,
    width: 120,
    cell: (s) =>
      s.selected ? <Badge tone="good">{t.selection.isSelected}</Badge> : <Badge>{t.selection.isNotSelected}</Badge>,
  },
]

export const rowId = (s: EligibleStudentBody) => s.student_id
export const rowText = (s: EligibleStudentBody) => `${s.name}, ${s.roll_number}`
export const narrowLine = (s: EligibleStudentBody) => `${s.roll_number} · ${s.branch ?? t.common.none}`
