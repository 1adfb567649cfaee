import { SlidersHorizontal } from 'lucide-react'
import { type ReactNode, useEffect, useEffectEvent, useId, useState } from 'react'
import { t } from '~/texts'
import { Button } from './Button'
import { count } from './format'
import { SearchField } from './SearchField'
import './filters.css'

/** FilterBar has the search always in sight; on a phone the other filters open on demand. */
export function FilterBar({
  search,
  active,
  onClear,
  children,
}: {
  search: ReactNode
  /** How many filters are set, the search among them. */
  active: number
  onClear: () => void
  children?: ReactNode
}) {
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  return (
    <search className={isOpen ? 'filter-bar open' : 'filter-bar'}>
      {search}
      <span className="filters-toggle">
        <Button aria-expanded={isOpen} aria-controls={id} onPress={() => setOpen(!isOpen)}>
          <SlidersHorizontal size={16} aria-hidden="true" />
          {t.common.filters}
          {active > 0 && <span className="badge info num">{count(active)}</span>}
        </Button>
      </span>
      <div id={id} className="filters-more">
        {children}
        <span className={active > 0 ? undefined : 'unseen'}>
          <Button look="plain" onPress={onClear} isDisabled={active === 0}>
            {t.common.clearFilters}
          </Button>
        </span>
      </div>
    </search>
  )
}

/** useTyped hands on what is typed when the typing pauses, if it fits; until then it is only here. */
function useTyped(value: string, onChange: (text: string) => void, fits?: RegExp) {
  const [typed, setTyped] = useState<string | null>(null)
  const pause = useEffectEvent((text: string) => {
    if (text && fits && !fits.test(text)) return
    onChange(text)
    setTyped(null)
  })
  useEffect(() => {
    if (typed === null) return
    const timer = setTimeout(() => pause(typed.trim()), 250)
    return () => clearTimeout(timer)
  }, [typed])
  return [typed ?? value, setTyped] as const
}

interface LiveField {
  label: string
  value: string
  onChange: (text: string) => void
}

export function LiveSearch({
  label,
  placeholder,
  value,
  onChange,
  autoFocus,
}: LiveField & { placeholder?: string; autoFocus?: boolean }) {
  const [typed, setTyped] = useTyped(value, onChange)
  return (
    <SearchField
      label={label}
      {...(placeholder ? { placeholder } : {})}
      value={typed}
      onChange={setTyped}
      autoFocus={!!autoFocus}
    />
  )
}

/** LiveText is a small field of a filter bar; what does not fit `fits` is not asked for. */
export function LiveText({
  label,
  value,
  onChange,
  fits,
  inputMode,
}: LiveField & { fits?: RegExp; inputMode?: 'decimal' | 'numeric' }) {
  const [typed, setTyped] = useTyped(value, onChange, fits)
  return (
    <input
      className="input num"
      aria-label={label}
      placeholder={label}
      value={typed}
      inputMode={inputMode}
      autoComplete="off"
      aria-invalid={!!typed && !!fits && !fits.test(typed.trim())}
      onChange={(event) => setTyped(event.target.value)}
    />
  )
}
