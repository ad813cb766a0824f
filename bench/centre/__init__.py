"""The receiving end of the centre under load: fleets, load generators, processes."""
