/*
 * Quotient and remainder of 64-bit numbers at once, as code compiled by gcc asks for it: musl's
 * library was, and tcc's own helpers have the quotient alone.
 */

unsigned long long __udivdi3(unsigned long long dividend, unsigned long long divisor);
unsigned long long __udivmoddi4(unsigned long long dividend, unsigned long long divisor,
                                unsigned long long *remainder);

unsigned long long __udivmoddi4(unsigned long long dividend, unsigned long long divisor,
                                unsigned long long *remainder)
{
    unsigned long long quotient = __udivdi3(dividend, divisor);

    if (remainder)
        *remainder = dividend - quotient * divisor;
    return quotient;
}
