export {
  lookUpOutside,
  type OutsideSource,
  outsideAddresses,
  parseOutsideSource,
} from './outside-address.ts';
export { type MappingEvent, PortMappings, type PortMappingsOptions } from './port-mappings.ts';
export { type RouterProtocol, routerProtocols } from './router.ts';
