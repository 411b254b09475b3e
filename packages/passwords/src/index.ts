export { formatFault, hashPassword, type Verdict, verifyPassword } from './passwords.ts';
