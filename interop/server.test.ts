import { serverHalf } from './matrix/lineup.ts';
import { interopSuite } from './matrix/suite.ts';

interopSuite('our server with other clients', serverHalf);
