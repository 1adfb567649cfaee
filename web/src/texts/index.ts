/**
 * t has every text that the console shows, by the area that shows it. A translation is a folder beside en/ with the same
 * names; the types say what it lacks. It is a module's namespace, so that a page loads the texts of its own area only.
 */
export * as t from './all'
