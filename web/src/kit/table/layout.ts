import type { TableColumn } from '../DataTable'

export const headHeight = 36
export const plainRow = 40
/** A row with a second line, or under a thumb. */
export const tallRow = 56
const choiceWidth = 44
/** Narrower than this, the first column takes the second line. */
export const narrowWidth = 560

/** template is the grid of every row: the same widths everywhere, whatever the cells hold. */
export function template(columns: readonly Pick<TableColumn<never>, 'width' | 'minWidth'>[], hasChoice: boolean) {
  let minWidth = hasChoice ? choiceWidth : 0
  const tracks = hasChoice ? [`${choiceWidth}px`] : []
  for (const { width = '1fr', minWidth: least = 90 } of columns) {
    tracks.push(typeof width === 'number' ? `${width}px` : `minmax(${least}px, ${width})`)
    minWidth += typeof width === 'number' ? width : least
  }
  return { style: { gridTemplateColumns: tracks.join(' ') }, minWidth }
}
