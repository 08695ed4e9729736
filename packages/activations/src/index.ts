export { type NishOptions, type NishVariant, nish } from './nish/nish.ts';
