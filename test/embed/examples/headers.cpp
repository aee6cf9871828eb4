// The headers that the examples share are precompiled with this unit.
