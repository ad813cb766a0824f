"""What carries a sealed beat to the centre and its sealed answer back; `core.carriage` says which one does.

contract   what each of them can            addresses   where the centre is
https      a POST, TLS resumed              udp         one datagram, repeated until it is answered
"""
