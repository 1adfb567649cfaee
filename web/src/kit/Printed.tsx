import type { ReactNode } from 'react'
import { createPortal } from 'react-dom'
import './print.css'

/** Printed is what comes out on paper instead of the screen, while it is there. */
export function Printed({ children }: { children: ReactNode }) {
  return createPortal(<div className="printed">{children}</div>, document.body)
}
