import { clientHalf } from './matrix/lineup.ts';
import { interopSuite } from './matrix/suite.ts';

interopSuite('our client with other servers', clientHalf);
