import { useQuery } from '@tanstack/react-query'
import { memo } from 'react'
import type { Preview } from '~/api/schema'
import { batchesQuery } from '~/features/students/queries'
import { DecimalField } from '~/kit/DecimalField'
import { t } from '~/texts'
import { ChipField } from './ChipField'
import { batchYears, type Criteria, type NumberRule, sameBranch, toggled, toggledBranch } from './criteria'

const f = t.drives.fields

const numbers: { rule: NumberRule; max: number; decimals?: number; hint?: string }[] = [
  { rule: 'min_cgpa', max: 10, decimals: 2 },
  { rule: 'min_10th', max: 100, decimals: 4 },
  { rule: 'min_12th', max: 100, decimals: 4, hint: t.drives.hints.min_12th },
  { rule: 'max_backlogs', max: 1000 },
  { rule: 'max_total_backlogs', max: 1000, hint: t.drives.hints.max_total_backlogs },
  { rule: 'max_gap_years', max: 1000 },
]

export const CriteriaFields = memo(function CriteriaFields({
  criteria,
  preview,
  faults,
  onChange,
}: {
  criteria: Criteria
  preview: Preview | undefined
  faults: Record<string, string>
  onChange: (change: Partial<Criteria>) => void
}) {
  const branches = (preview?.by_branch ?? []).flatMap(({ branch }) => (branch ? [branch] : []))
  const own = criteria.allowed_branches.filter((b) => !branches.some((known) => sameBranch(known, b)))
  return (
    <>
      <div className="grid3">
        {numbers.map(({ rule, max, decimals, hint }) => (
          <DecimalField
            key={rule}
            name={rule}
            label={f[rule]}
            hint={hint}
            max={max}
            decimals={decimals ?? 0}
            value={criteria[rule]}
            onChange={(value) => onChange({ [rule]: value })}
          />
        ))}
      </div>
      <ChipField
        label={f.allowed_branches}
        hint={t.drives.hints.allowed_branches}
        fault={faults.allowed_branches}
        chips={[...branches, ...own].map((id) => ({ id, text: id }))}
        isChosen={(id) => criteria.allowed_branches.some((b) => sameBranch(b, id))}
        onToggle={(id) => onChange({ allowed_branches: toggledBranch(criteria.allowed_branches, id) })}
        other={{ label: t.drives.addOther.allowed_branches, check: () => null }}
      />
      <Batches criteria={criteria} fault={faults.allowed_batches} onChange={onChange} />
      <ChipField
        label={f.allowed_genders}
        hint={t.drives.hints.allowed_genders}
        fault={faults.allowed_genders}
        chips={Object.entries(t.drives.gender).map(([id, text]) => ({ id, text }))}
        isChosen={(id) => criteria.allowed_genders.includes(id)}
        onToggle={(id) => onChange({ allowed_genders: toggled(criteria.allowed_genders, id) })}
      />
    </>
  )
})

/** Batches suggests the batches that students are of, and the coming ones; any other can be added. */
function Batches({
  criteria: { allowed_batches },
  fault,
  onChange,
}: {
  criteria: Criteria
  fault: string | undefined
  onChange: (change: Partial<Criteria>) => void
}) {
  const { data: ends = null } = useQuery(batchesQuery)
  const years = batchYears(ends, allowed_batches, new Date().getFullYear())
  const check = (text: string) => (/^(19|20|21)\d\d$|^2200$/.test(text) ? null : t.drives.batchFault)
  return (
    <ChipField
      label={f.allowed_batches}
      hint={t.drives.hints.allowed_batches}
      fault={fault}
      chips={years.map((id) => ({ id: String(id), text: String(id) }))}
      isChosen={(id) => allowed_batches.includes(Number(id))}
      onToggle={(id) => onChange({ allowed_batches: toggled(allowed_batches, Number(id)).sort((a, b) => a - b) })}
      other={{ label: t.drives.addOther.allowed_batches, check }}
    />
  )
}
