import { Search } from 'lucide-react'
import { Input } from 'react-aria-components/Input'
import { SearchField as AriaSearchField } from 'react-aria-components/SearchField'
import type { FieldProps } from './Hint'

export function SearchField({
  label,
  placeholder,
  value,
  onChange,
  autoFocus,
}: FieldProps & { value: string; onChange: (text: string) => void; autoFocus?: boolean }) {
  return (
    <AriaSearchField aria-label={label} value={value} onChange={onChange} autoFocus={autoFocus} className="search">
      <Search size={16} aria-hidden="true" />
      <Input className="input" placeholder={placeholder ?? label} />
    </AriaSearchField>
  )
}
