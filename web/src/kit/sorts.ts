/** sortOf is the order that an address asks for, if it is one of those there are; else the usual one. */
export function sortOf<S extends string>(asked: string, sorts: readonly S[], usual: S | `-${S}`): S | `-${S}` {
  const known = sorts.find((sort) => sort === asked || `-${sort}` === asked)
  if (!known) return usual
  return asked.startsWith('-') ? `-${known}` : known
}
