/** mark is a number as it is in the register: marks are never rounded; – where there is none. */
export const mark = (n: number | null | undefined) => (n == null ? '–' : String(n))
