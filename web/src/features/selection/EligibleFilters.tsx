import { useQuery } from '@tanstack/react-query'
import { asCgpa, asNumber, asYear, BranchSelect } from '~/features/students/StudentFilters'
import { FilterBar, LiveSearch, LiveText } from '~/kit/FilterBar'
import { Select } from '~/kit/Select'
import { sortOf } from '~/kit/sorts'
import { useUrlState } from '~/kit/urlState'
import { t } from '~/texts'
import { type EligibleFilter, eligibleQuery } from './queries'

type Get = (name: string) => string

const names = ['q', 'branch', 'batch_year', 'cgpa_min', 'cgpa_max', 'max_backlogs', 'selected'] as const

export function eligibleFilter(get: Get): EligibleFilter {
  const selected = get('selected')
  return {
    ...(get('q') && { q: get('q') }),
    ...(get('branch') && { branch: [get('branch')] }),
    ...(get('batch_year') && { batch_year: Number(get('batch_year')) }),
    ...(get('cgpa_min') && { cgpa_min: get('cgpa_min') }),
    ...(get('cgpa_max') && { cgpa_max: get('cgpa_max') }),
    ...(get('max_backlogs') && { max_backlogs: get('max_backlogs') }),
    ...((selected === 'true' || selected === 'false') && { selected }),
  }
}

export const isFiltered = (get: Get) => names.some((name) => get(name) !== '')

const sorts = ['roll_number', 'name', 'cgpa', 'branch', 'active_backlogs'] as const

export const sortIn = (get: Get) => sortOf(get('sort'), sorts, 'roll_number')

const { filter: texts } = t.students

export function EligibleFilters({ driveId, isPublished }: { driveId: number; isPublished: boolean }) {
  const { get, set } = useUrlState()
  const { data: all } = useQuery(eligibleQuery(driveId))
  const selected = t.selection.filter.selected
  const field = (name: (typeof names)[number]) => ({
    value: get(name),
    onChange: (value: string) => set({ [name]: value }),
  })
  return (
    <FilterBar
      active={names.filter((name) => get(name) !== '').length}
      onClear={() => set(Object.fromEntries(names.map((name) => [name, null])))}
      search={<LiveSearch label={t.selection.search} {...field('q')} />}
    >
      <BranchSelect branches={all?.branches ?? []} {...field('branch')} />
      <LiveText label={texts.cgpaFrom} {...field('cgpa_min')} fits={asCgpa} inputMode="decimal" />
      <LiveText label={texts.cgpaTo} {...field('cgpa_max')} fits={asCgpa} inputMode="decimal" />
      <LiveText label={texts.batch} {...field('batch_year')} fits={asYear} inputMode="numeric" />
      <LiveText label={texts.backlogs} {...field('max_backlogs')} fits={asNumber} inputMode="numeric" />
      {isPublished && (
        <Select
          label={selected.label}
          hideLabel
          value={get('selected') || 'all'}
          options={(['all', 'true', 'false'] as const).map((id) => ({ id, text: selected[id] }))}
          onChange={(id) => set({ selected: id === 'all' ? null : id })}
        />
      )}
    </FilterBar>
  )
}
