export * from '../diagnosis/numbers.ts';
