import type { ReactNode } from 'react'
import { Text } from 'react-aria-components/Text'

/** What fields have in common; the label is always there, for the eye or for the reader. */
export interface FieldProps {
  label: string
  hint?: ReactNode
  placeholder?: string
}

export function Hint({ children }: { children: ReactNode }) {
  return children ? (
    <Text slot="description" className="hint">
      {children}
    </Text>
  ) : null
}
