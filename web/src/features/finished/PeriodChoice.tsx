import { Select } from '~/kit/Select'
import { TextField } from '~/kit/TextField'
import { t } from '~/texts'
import type { Period } from './queries'

const text = t.finished
const months: Record<string, number> = { m1: 1, m3: 3, m6: 6, m12: 12 }

interface PeriodChoiceProps {
  period: Period
  /** Dates are being chosen, though there is none yet. */
  isDates: boolean
  isWrong: boolean
  onChange: (period: Period, isChoosing?: boolean) => void
}

/** PeriodChoice narrows by when a drive was finished; days are the office's. */
export function PeriodChoice({ period, isDates, isWrong, onChange }: PeriodChoiceProps) {
  const { start_date, end_date } = period
  const ownMonths = period.months ? Object.keys(months).find((id) => months[id] === period.months) : undefined
  const shown = period.months ? (ownMonths ?? 'all') : isDates || start_date || end_date ? 'dates' : 'all'
  const choose = (id: string) => {
    const chosen = months[id]
    if (chosen) onChange({ months: chosen })
    else onChange({}, id === 'dates')
  }
  const setDay = (name: 'start_date' | 'end_date') => (day: string) =>
    onChange({ start_date, end_date, [name]: day || undefined }, true)
  return (
    <div className="stack tight">
      <div className="period">
        <Select
          label={text.period}
          options={Object.entries(text.periods).map(([id, words]) => ({ id, text: words }))}
          value={shown}
          onChange={choose}
        />
        {shown === 'dates' && (
          <>
            <TextField label={text.from} type="date" value={start_date ?? ''} onChange={setDay('start_date')} />
            <TextField
              label={text.until}
              type="date"
              value={end_date ?? ''}
              onChange={setDay('end_date')}
              isInvalid={isWrong}
            />
          </>
        )}
      </div>
      {isWrong && (
        <p className="banner warn" role="alert">
          {text.wrongOrder}
        </p>
      )}
    </div>
  )
}
